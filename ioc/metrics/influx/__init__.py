"""The metric store on InfluxDB 1.x, 2.x and 3.x; the only package that knows `influxdb_client`."""
