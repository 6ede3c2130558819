resource "aws_ecs_cluster" "main" {
  name = "files"

  setting {
    name  = "containerInsights"
    value = var.release < 2 ? "disabled" : "enabled"
  }
}

resource "aws_ecs_cluster_capacity_providers" "main" {
  cluster_name       = aws_ecs_cluster.main.name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]

  default_capacity_provider_strategy {
    capacity_provider = "FARGATE"
    weight            = 1
  }
}

resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  task_role_arn            = aws_iam_role.task.arn
  execution_role_arn       = aws_iam_role.task.arn

  container_definitions = jsonencode([{
    name        = "app"
    image       = "app:${var.release}"
    essential   = true
    environment = [{ name = "RELEASE", value = tostring(var.release) }]
    mountPoints = [{ sourceVolume = "data", containerPath = "/data", readOnly = false }]
  }])

  volume {
    name = "data"

    efs_volume_configuration {
      file_system_id     = aws_efs_file_system.shared.id
      root_directory     = "/"
      transit_encryption = "ENABLED"

      authorization_config {
        access_point_id = aws_efs_access_point.app.id
        iam             = "ENABLED"
      }
    }
  }

  volume {
    name = "whole"

    efs_volume_configuration {
      file_system_id     = aws_efs_file_system.shared.id
      root_directory     = "/shared"
      transit_encryption = "ENABLED"
    }
  }

  volume {
    name = "scratch"
  }
}

resource "aws_ecs_service" "web" {
  name                               = "web"
  cluster                            = aws_ecs_cluster.main.id
  task_definition                    = aws_ecs_task_definition.web.arn
  desired_count                      = var.release < 2 ? 1 : 2
  launch_type                        = "FARGATE"
  deployment_minimum_healthy_percent = 50
  wait_for_steady_state              = true
  enable_execute_command             = true
  propagate_tags                     = "SERVICE"

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets         = aws_subnet.private[*].id
    security_groups = [aws_security_group.clients.id]
  }

  depends_on = [aws_efs_mount_target.shared, aws_ecs_cluster_capacity_providers.main]
}

data "aws_ecs_service" "web" {
  service_name = aws_ecs_service.web.name
  cluster_arn  = aws_ecs_cluster.main.arn
}
