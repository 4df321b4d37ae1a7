"""The registry's rows: which session is meant, leases, reservations, what was used last, backups."""
