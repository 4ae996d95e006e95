#!/bin/sh
# A thumbnail for each image of a folder, one job each. Call it as often as you like (from cron, or
# after each upload): an image that has a newer thumbnail, or whose job still waits, adds nothing.
#
#     examples/thumbnails.sh PHOTOS THUMBNAILS
#     queuectl worker start --count 4 --drain
#
# $THUMBNAIL is the command: an image on its standard input, the thumbnail on its standard output.
# Default: ImageMagick. Names may hold anything that is UTF-8: they are arguments, never shell text.
set -eu

: "${THUMBNAIL:=convert - -thumbnail 200x200 jpeg:-}"
photos=$(readlink -f -- "$1")
mkdir -p -- "$2"
thumbnails=$(readlink -f -- "$2")

# What a job runs: $1 is the image, $2 the thumbnail, which appears whole or not at all.
job="{ $THUMBNAIL; }"' < "$1" > "$2.part" && mv -- "$2.part" "$2"'

export job thumbnails
find "$photos" -maxdepth 1 -type f \( -iname '*.jpg' -o -iname '*.jpeg' -o -iname '*.png' \) \
  -exec sh -c '
    for photo do
      thumbnail=$thumbnails/${photo##*/}.thumbnail.jpg
      [ "$thumbnail" -nt "$photo" ] ||
        queuectl enqueue --unique "thumbnail of $photo" -- sh -c "$job" sh "$photo" "$thumbnail"
    done' sh {} +
