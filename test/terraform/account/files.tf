resource "aws_efs_file_system" "shared" {
  creation_token   = "shared"
  encrypted        = true
  throughput_mode  = var.release < 2 ? "bursting" : "elastic"
  performance_mode = "generalPurpose"
  tags             = { Name = "shared", release = var.release }

  lifecycle_policy {
    transition_to_ia = var.release < 2 ? "AFTER_30_DAYS" : "AFTER_60_DAYS"
  }

  lifecycle_policy {
    transition_to_primary_storage_class = "AFTER_1_ACCESS"
  }

  dynamic "lifecycle_policy" {
    for_each = var.release < 2 ? [] : [1]

    content {
      transition_to_archive = "AFTER_90_DAYS"
    }
  }

  protection {
    replication_overwrite = var.release < 2 ? "ENABLED" : "DISABLED"
  }
}

resource "aws_efs_file_system" "provisioned" {
  creation_token                  = "provisioned"
  throughput_mode                 = "provisioned"
  provisioned_throughput_in_mibps = var.release < 2 ? 10 : 20
}

resource "aws_efs_file_system" "one_zone" {
  creation_token         = "one-zone"
  availability_zone_name = data.aws_availability_zones.all.names[0]
}

resource "aws_efs_backup_policy" "shared" {
  file_system_id = aws_efs_file_system.shared.id

  backup_policy {
    status = var.release < 2 ? "ENABLED" : "DISABLED"
  }
}

resource "aws_efs_mount_target" "shared" {
  count           = 2
  file_system_id  = aws_efs_file_system.shared.id
  subnet_id       = aws_subnet.private[count.index].id
  security_groups = var.release < 2 ? [aws_security_group.nfs.id] : [aws_security_group.nfs.id, aws_security_group.clients.id]
}

resource "aws_efs_access_point" "app" {
  file_system_id = aws_efs_file_system.shared.id
  tags           = { Name = "app", release = var.release }

  posix_user {
    uid            = 1001
    gid            = 1001
    secondary_gids = [2001]
  }

  root_directory {
    path = "/app"

    creation_info {
      owner_uid   = 1001
      owner_gid   = 1001
      permissions = "0750"
    }
  }
}

resource "aws_efs_access_point" "plain" {
  file_system_id = aws_efs_file_system.shared.id
}

data "aws_iam_policy_document" "files" {
  statement {
    sid       = "Mount"
    actions   = var.release < 2 ? ["elasticfilesystem:ClientMount"] : ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    resources = [aws_efs_file_system.shared.arn]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.function.arn, aws_iam_role.task.arn]
    }

    condition {
      test     = "Bool"
      variable = "elasticfilesystem:AccessedViaMountTarget"
      values   = ["true"]
    }
  }

  statement {
    sid       = "OnlyTls"
    effect    = "Deny"
    actions   = ["*"]
    resources = [aws_efs_file_system.shared.arn]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_efs_file_system_policy" "shared" {
  file_system_id = aws_efs_file_system.shared.id
  policy         = data.aws_iam_policy_document.files.json
}

data "aws_efs_file_system" "by_token" {
  creation_token = aws_efs_file_system.shared.creation_token
}

data "aws_efs_mount_target" "first" {
  mount_target_id = aws_efs_mount_target.shared[0].id
}

data "aws_efs_access_points" "all" {
  file_system_id = aws_efs_file_system.shared.id
  depends_on     = [aws_efs_access_point.app, aws_efs_access_point.plain]
}
