"""What a call may hold, what policy allows, and the words of the verb."""
