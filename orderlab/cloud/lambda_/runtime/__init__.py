"""What runs inside a function's process. Nothing here may import anything else of this package."""
