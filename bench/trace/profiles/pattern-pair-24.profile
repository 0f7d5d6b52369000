hakprofile 1 pattern-pair-24
total calls=500001 blocks=250001 left=1 peak_bytes=4096 peak_blocks=1 threads=1 processes=1 cut=0 forked=0 children=0 missed=0
list kind 0=250001 4=250000
list size 9=250000 24=1
list life_calls 1=250000 63=1
list life_bytes 5=250000 63=1
list make_run 1=250001
list free_run 1=250000
list growth
list alignment
list far_after
list live 0=24 3=24 4=24 7=24 8=24 11=24 12=24 15=24 16=24 19=24 20=24 23=24 24=24 27=24 28=24 31=24 34=24 35=24 38=24 39=24 42=24 43=24 46=24 47=24 50=24 51=24 54=24 55=24 58=24 59=24 62=24 63=4096
list live_blocks 0=1 3=1 4=1 7=1 8=1 11=1 12=1 15=1 16=1 19=1 20=1 23=1 24=1 27=1 28=1 31=1 34=1 35=1 38=1 39=1 42=1 43=1 46=1 47=1 50=1 51=1 54=1 55=1 58=1 59=1 62=1 63=1
common 24=250000 4096=1
pairs 9 1=250000
pairs 24 39=1
steps 1 8=1 9=249999
end
