# Its content is never read; "zip" stands for the file that the suite writes.
variable "zip" {
  type = string
}

resource "aws_lambda_function" "from_zip" {
  function_name    = "from-zip"
  role             = aws_iam_role.function.arn
  runtime          = "nodejs22.x"
  handler          = "index.handler"
  filename         = var.zip
  source_code_hash = filebase64sha256(var.zip)
  memory_size      = var.release < 2 ? 256 : 512
  timeout          = 30
  publish          = true
  description      = "release ${var.release}"

  environment {
    variables = { RELEASE = var.release }
  }

  ephemeral_storage {
    size = 1024
  }

  tracing_config {
    mode = "PassThrough"
  }

  vpc_config {
    subnet_ids         = aws_subnet.private[*].id
    security_group_ids = [aws_security_group.clients.id]
  }

  file_system_config {
    arn              = aws_efs_access_point.app.arn
    local_mount_path = var.release < 2 ? "/mnt/data" : "/mnt/files"
  }

  depends_on = [aws_efs_mount_target.shared, aws_iam_role_policy_attachment.network]
}

resource "aws_lambda_function" "from_s3" {
  function_name                  = "from-s3"
  role                           = aws_iam_role.function.arn
  runtime                        = "python3.13"
  handler                        = "app.handler"
  s3_bucket                      = "builds"
  s3_key                         = "release-${var.release}.zip"
  reserved_concurrent_executions = 5
  architectures                  = ["arm64"]
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "release ${var.release}"
  function_name    = aws_lambda_function.from_zip.function_name
  function_version = aws_lambda_function.from_zip.version
}

resource "aws_lambda_provisioned_concurrency_config" "live" {
  function_name                     = aws_lambda_alias.live.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = 1
}

resource "aws_lambda_permission" "events" {
  statement_id  = "events"
  function_name = aws_lambda_function.from_zip.function_name
  qualifier     = aws_lambda_alias.live.name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.changes.arn
}

data "aws_lambda_function" "from_zip" {
  function_name = aws_lambda_function.from_zip.function_name
  qualifier     = aws_lambda_alias.live.name
}
