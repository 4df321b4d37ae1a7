"""Files of other tools, run by those and, imported, by viewsync: what comes of the two is compared."""
