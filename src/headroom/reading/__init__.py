"""Reading of logs and listings: files, archives, blocks of lines, JSON, quantities."""
