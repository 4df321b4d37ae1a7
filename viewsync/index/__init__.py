"""One index for a fleet, in a Redis: imported only where the setting `index` is set. Each host's own files stay the
truth for it.
"""
