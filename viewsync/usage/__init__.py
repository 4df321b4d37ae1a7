"""How sessions are used: stats, analyze, monitor, samples."""
