module hakmem.example/hakmem

go 1.18
