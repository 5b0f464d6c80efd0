# For each version that answers files move to: what it does to them as they are in $base, the target branch.
head=$(git rev-parse HEAD)
git checkout --quiet --detach "$base"
git diff --unified=0 --diff-filter=M "$base" "$head" -- '.copier-answers.*.yml' |
  awk '/^\+\+\+ / { file = substr($2, 3) } /^\+_commit:/ { gsub(/"/, "", $2); print $2, file }' |
  sort >"$report.moved"
cut -d ' ' -f 1 "$report.moved" | uniq | while read -r version; do
  # The names of answers files hold no spaces. Status 1 says that some would be refused, or conflict: that is reported.
  # shellcheck disable=SC2046
  dativo-generator update --dry-run --format markdown --to "$version" \
    $(awk -v version="$version" '$1 == version { print $2 }' "$report.moved") || test $? -eq 1
done >"$report"
