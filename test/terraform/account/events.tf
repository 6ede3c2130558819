resource "aws_sqs_queue" "dead" {
  name = "dead"
}

resource "aws_sqs_queue" "events" {
  name                       = "events"
  visibility_timeout_seconds = var.release < 2 ? 30 : 60
  message_retention_seconds  = 345600
  receive_wait_time_seconds  = 20
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 5 })
}

resource "aws_sqs_queue_policy" "events" {
  queue_url = aws_sqs_queue.events.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.events.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.changes.arn } }
    }]
  })
}

resource "aws_cloudwatch_event_rule" "changes" {
  name        = "changes"
  description = "release ${var.release}"

  event_pattern = jsonencode({
    source        = ["aws.elasticfilesystem", "aws.ecs"]
    "detail-type" = ["AWS API Call via CloudTrail"]
  })
}

resource "aws_cloudwatch_event_target" "queue" {
  rule      = aws_cloudwatch_event_rule.changes.name
  target_id = "queue"
  arn       = aws_sqs_queue.events.arn

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 10
  }

  dead_letter_config {
    arn = aws_sqs_queue.dead.arn
  }
}
