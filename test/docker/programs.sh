# Programs of this machine for the root file system in $root. Sourced by what makes base images.

# Puts a program where it is on this machine, or under the given name, with all that the loader needs for it.
add_program() {
  local from to
  from=$(realpath "$1")
  to=${2:-$1}
  install -D "$from" "$root$to"
  add_libraries "$from"
}

# Nothing for a script.
add_libraries() {
  local library
  { ldd "$1" 2> /dev/null || true; } | { grep -o '/[^ )]*' || true; } | while read -r library; do
    [ -e "$root$library" ] || install -D "$(realpath "$library")" "$root$library"
  done
}
