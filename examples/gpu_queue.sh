#!/usr/bin/env bash
# Jobs that share the GPUs of a machine: no more run at once than there are GPUs for, a job that
# needs two waits for two, and jobs that need none run past it.
#
#     queuectl config set resources.gpu 4                     # once: there are four
#     examples/gpu_queue.sh 1 python train.py                 # adds a job that needs one
#     examples/gpu_queue.sh 2 python train.py --large         # adds a job that needs two
#     queuectl worker start --count 8 --detach                # `queuectl list` says who waits
#
# The queue decides how many jobs run at once. Which GPUs a job gets it finds out when it starts,
# below: it locks a file for each, and the kernel drops the locks when the job dies.
set -eu

locks=${GPU_LOCKS:-$HOME/.cache/gpu-locks}
if [ "$1" != --on-gpu ]; then
  mkdir -p -- "$locks"
  exec queuectl enqueue --resource "gpu=$1" --tempfail --env "GPU_LOCKS=$locks" \
    -- "$(readlink -f -- "$0")" --on-gpu "$@"
fi

needed=$2
shift 2
total=$(queuectl config get resources.gpu)
devices=
for ((gpu = 0; needed > 0 && gpu < total; gpu++)); do
  exec {lock}>> "$locks/$gpu"
  if flock --nonblock "$lock"; then
    devices+=${devices:+,}$gpu
    needed=$((needed - 1))
  fi
done
if ((needed > 0)); then
  echo "a program outside of the queue has a GPU locked; trying again later" >&2
  exit 75 # with --tempfail: run it again, and do not count this time
fi
CUDA_VISIBLE_DEVICES=$devices exec "$@"
