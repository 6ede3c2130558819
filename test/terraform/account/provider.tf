# The provider, pointed at one address for everything. Nothing of this machine's configuration takes part.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" {
  type = string
}

# What the suite changes between two applies.
variable "release" {
  type    = number
  default = 1
}

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "terraform"
  secret_key                  = "not-a-secret"
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = false
  skip_credentials_validation = false
  max_retries                 = 2

  default_tags {
    tags = { owner = "terraform" }
  }

  endpoints {
    ec2       = var.endpoint
    ecs       = var.endpoint
    efs       = var.endpoint
    events    = var.endpoint
    iam       = var.endpoint
    lambda    = var.endpoint
    scheduler = var.endpoint
    sqs       = var.endpoint
    sts       = var.endpoint
  }
}

data "aws_caller_identity" "me" {}
data "aws_partition" "here" {}
data "aws_availability_zones" "all" {
  state = "available"
}
