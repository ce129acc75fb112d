"""Mail servers as probes meet them: sessions by SMTP and IMAP, in threads since their libraries block."""
