"""What viewsync does, on the decisions of rules, through gateways and store."""
