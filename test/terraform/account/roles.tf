data "aws_iam_policy_document" "trust" {
  for_each = toset(["lambda", "ecs-tasks", "events"])

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["${each.key}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "function" {
  name                 = "function"
  path                 = "/files/"
  description          = "release ${var.release}"
  max_session_duration = 7200
  assume_role_policy   = data.aws_iam_policy_document.trust["lambda"].json
}

resource "aws_iam_role" "task" {
  name               = "task"
  assume_role_policy = data.aws_iam_policy_document.trust["ecs-tasks"].json
  tags               = { release = var.release }
}

resource "aws_iam_role" "events" {
  name_prefix        = "events-"
  assume_role_policy = data.aws_iam_policy_document.trust["events"].json
}

resource "aws_iam_policy" "mount" {
  name        = "mount"
  description = "Mounts the shared file system"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = var.release < 2 ? ["elasticfilesystem:ClientMount"] : ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
      Resource = aws_efs_file_system.shared.arn
    }]
  })
}

resource "aws_iam_role_policy_attachment" "mount" {
  for_each   = { function = aws_iam_role.function.name, task = aws_iam_role.task.name }
  role       = each.value
  policy_arn = aws_iam_policy.mount.arn
}

resource "aws_iam_role_policy_attachment" "network" {
  role       = aws_iam_role.function.name
  policy_arn = "arn:${data.aws_partition.here.partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
}

resource "aws_iam_role_policy" "run_task" {
  name = "run-task"
  role = aws_iam_role.events.id

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "ecs:RunTask", Resource = "*" }]
  })
}

resource "aws_iam_user" "bot" {
  name = "deploy-bot"
}
