hakprofile 1 pattern-aligned-64
total calls=1100001 blocks=550001 left=1 peak_bytes=4096 peak_blocks=1 threads=1 processes=1 cut=0 forked=0 children=0 missed=0
list kind 0=1 2=550000 4=550000
list size 15=550000 24=1
list life_calls 1=550000 63=1
list life_bytes 8=550000 63=1
list make_run 1=550001
list free_run 1=550000
list growth
list alignment 6=550000
list far_after
list live 2=192 3=192 6=192 7=192 10=192 11=192 14=192 15=192 18=192 19=192 22=192 23=192 26=192 27=192 30=192 31=192 32=192 35=192 36=192 39=192 40=192 43=192 44=192 47=192 48=192 51=192 52=192 55=192 56=192 59=192 60=192 63=4096
list live_blocks 2=1 3=1 6=1 7=1 10=1 11=1 14=1 15=1 18=1 19=1 22=1 23=1 26=1 27=1 30=1 31=1 32=1 35=1 36=1 39=1 40=1 43=1 44=1 47=1 48=1 51=1 52=1 55=1 56=1 59=1 60=1 63=1
common 192=550000 4096=1
pairs 15 1=550000
pairs 24 39=1
steps 1 8=1 9=549999
end
