hakprofile 1 pattern-calloc-100
total calls=1100001 blocks=550001 left=1 peak_bytes=4096 peak_blocks=1 threads=1 processes=1 cut=0 forked=0 children=0 missed=0
list kind 0=1 1=550000 4=550000
list size 13=550000 24=1
list life_calls 1=550000 63=1
list life_bytes 7=550000 63=1
list make_run 1=550001
list free_run 1=550000
list growth
list alignment
list far_after
list live 2=100 3=100 6=100 7=100 10=100 11=100 14=100 15=100 18=100 19=100 22=100 23=100 26=100 27=100 30=100 31=100 32=100 35=100 36=100 39=100 40=100 43=100 44=100 47=100 48=100 51=100 52=100 55=100 56=100 59=100 60=100 63=4096
list live_blocks 2=1 3=1 6=1 7=1 10=1 11=1 14=1 15=1 18=1 19=1 22=1 23=1 26=1 27=1 30=1 31=1 32=1 35=1 36=1 39=1 40=1 43=1 44=1 47=1 48=1 51=1 52=1 55=1 56=1 59=1 60=1 63=1
common 100=550000 4096=1
pairs 13 1=550000
pairs 24 39=1
steps 1 8=1 9=549999
end
