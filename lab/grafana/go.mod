module lab/grafana

go 1.26
