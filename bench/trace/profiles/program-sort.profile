hakprofile 1 program-sort
total calls=27 blocks=18 left=9 peak_bytes=419436020 peak_blocks=11 threads=5 processes=1 cut=0 forked=1 children=0 missed=0
list kind 0=18 4=8 5=1
list size 6=1 8=2 9=1 10=2 11=1 12=3 14=1 17=1 18=1 20=1 24=2 26=1 57=1
list life_calls 1=1 2=2 3=5 4=1 63=9
list life_bytes 13=5 14=2 29=2 63=9
list make_run 1=1 2=1 3=1 4=1
list free_run 2=2 3=1
list growth
list alignment
list far_after 3=1
list live 0=34 3=44 6=100 9=172 12=244 16=372 19=844 22=419431276 25=419435372 28=419431276 32=419430804 35=419430836 38=419430900 41=419431924 44=419436020 48=419434996 51=419434932 54=419434900 57=4468 60=372
list live_blocks 0=1 3=2 6=3 9=4 12=5 16=6 19=7 22=8 25=9 28=8 32=7 35=8 38=9 41=10 44=11 48=10 51=9 54=8 57=7 60=6
common 10=1 16=2 28=1 32=1 34=1 56=1 64=1 72=2 128=1 472=1 512=1 1024=1 4096=2 8192=1
pairs 6 39=1
pairs 8 2=1 3=1
pairs 9 39=1
pairs 10 3=1 39=1
pairs 11 39=1
pairs 12 3=1 39=2
pairs 14 39=1
pairs 17 3=1
pairs 18 39=1
pairs 20 2=1
pairs 24 1=1 3=1
pairs 26 39=1
pairs 57 4=1
steps 1 8=1
steps 2 8=2
steps 3 7=1 8=2 9=1 11=1
steps 4 8=1
end
