"""What the order functions share. It runs on AWS as a layer, under /opt/python."""
