module sereno.test/streamgen

go 1.20
