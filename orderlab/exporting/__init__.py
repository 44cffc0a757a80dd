"""What is deployed as a CloudFormation template, with the functions' code beside it."""
