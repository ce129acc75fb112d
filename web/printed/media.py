"""What documents are called in an answer."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
