# For each version that answers files move to, report what it does to them as they are in $base, the target branch. The
# content of the pull request is only data: Git lists names unquoted, and they must be names of answers files; versions
# must look like versions; neither can be taken for an option. No Git attribute changes the output, or fetches anything.
export GIT_LFS_SKIP_SMUDGE=1
head=$(git rev-parse HEAD)
git checkout --quiet --force --detach "$base"
version_of() { git cat-file blob "$1:./$2" | sed -nE 's/^_commit: "?([A-Za-z0-9][A-Za-z0-9._+-]*)"?$/\1/p'; }
declare -A moved
while IFS= read -r -d '' file; do
  [[ $file =~ ^\.copier-answers\.[a-z0-9_-]+\.[a-z0-9_-]+\.yml$ ]] || continue
  version=$(version_of "$head" "$file")
  [[ $version == *$'\n'* || -z $version || $version == "$(version_of "$base" "$file")" ]] && continue
  moved[$version]+="$file "
done < <(git diff-tree -r -z --name-only --relative --diff-filter=M "$base" "$head" -- '.copier-answers.*.yml')
while IFS= read -r version; do
  [[ -n $version ]] || continue
  read -ra files <<<"${moved[$version]}"
  # Status 1 means that some would be refused or would conflict, which the report says.
  dativo-generator update --dry-run --format markdown "--to=$version" -- "${files[@]}" || test $? -eq 1
done < <(printf '%s\n' "${!moved[@]}" | sort) >"$report"
