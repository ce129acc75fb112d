"""Content types of documents in an answer."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
