"""What --json prints, declared: the fields of each verb, and the events. Only `schema`, the help and tests load it."""
