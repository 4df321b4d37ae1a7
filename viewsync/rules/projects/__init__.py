"""What project files mean: names, precedence, environments, and the plan that comes of them."""
