# What a team deploys itself, on a file system and a network that others gave it: a function, two services, and the
# file system's policy. Nothing in here mounts anything; what mounts comes from the snippets that Mooring prints.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" { type = string }
variable "release" { type = number }
variable "zip" { type = string }
variable "file_system_id" { type = string }
variable "cluster" { type = string }
variable "subnet_ids" { type = list(string) }
variable "security_group_id" { type = string }

provider "aws" {
  region                  = "eu-west-1"
  access_key              = "terraform"
  secret_key              = "not-a-secret"
  skip_metadata_api_check = true
  max_retries             = 2

  endpoints {
    ec2    = var.endpoint
    ecs    = var.endpoint
    efs    = var.endpoint
    iam    = var.endpoint
    lambda = var.endpoint
    sts    = var.endpoint
  }
}

# The snippet of a task definition says what to add to each container; here it is added.
locals {
  mooring = []

  containers = [{
    name        = "app"
    image       = "app"
    essential   = true
    environment = [{ name = "RELEASE", value = tostring(var.release) }]
  }]

  shop_containers = [
    for container in local.containers : merge(container, one([for one in local.mooring : one if one.name == container.name]))
  ]
}

resource "aws_iam_role" "workload" {
  for_each = { resizer = "lambda", shop = "ecs-tasks", mail = "ecs-tasks" }
  name     = each.key

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "${each.value}.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "network" {
  role       = aws_iam_role.workload["resizer"].name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
}

resource "aws_efs_file_system_policy" "shared" {
  file_system_id = var.file_system_id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Workloads"
      Effect    = "Allow"
      Principal = { AWS = [for role in aws_iam_role.workload : role.arn] }
      Action    = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
      Resource  = "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/${var.file_system_id}"
    }]
  })
}

resource "aws_lambda_function" "resizer" {
  function_name    = "resizer"
  role             = aws_iam_role.workload["resizer"].arn
  runtime          = "nodejs22.x"
  handler          = "index.handler"
  filename         = var.zip
  source_code_hash = filebase64sha256(var.zip)
  publish          = true
  description      = "release ${var.release}"
  memory_size      = 128 + 64 * var.release

  vpc_config {
    subnet_ids         = var.subnet_ids
    security_group_ids = [var.security_group_id]
  }

  depends_on = [aws_iam_role_policy_attachment.network]
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.resizer.function_name
  function_version = aws_lambda_function.resizer.version
}

# Terraform deploys this one.
resource "aws_ecs_task_definition" "shop" {
  family                   = "shop"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  task_role_arn            = aws_iam_role.workload["shop"].arn
  container_definitions    = jsonencode(local.shop_containers)
}

resource "aws_ecs_service" "shop" {
  name            = "shop"
  cluster         = var.cluster
  task_definition = aws_ecs_task_definition.shop.arn
  desired_count   = 1
  launch_type     = "FARGATE"

  network_configuration {
    subnets         = var.subnet_ids
    security_groups = [var.security_group_id]
  }
}

# Terraform made this one, and leaves its deployments to others.
resource "aws_ecs_task_definition" "mail" {
  family                   = "mail"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  task_role_arn            = aws_iam_role.workload["mail"].arn
  container_definitions    = jsonencode(local.containers)
}

resource "aws_ecs_service" "mail" {
  name            = "mail"
  cluster         = var.cluster
  task_definition = aws_ecs_task_definition.mail.arn
  desired_count   = 1
  launch_type     = "FARGATE"

  network_configuration {
    subnets         = var.subnet_ids
    security_groups = [var.security_group_id]
  }
}
