module modelfleet.dev/tools/pods

go 1.26.0
