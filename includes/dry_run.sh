# For each version that answers files move to: what it does to them as they are in $base, the target branch. What the
# pull request holds is data: names come from Git as they are and must be names of answers files, versions must look
# like versions, and neither can be taken for an option. No attribute decides what is shown, or fetches anything.
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
  # Status 1 says that some would be refused, or conflict: that is reported.
  dativo-generator update --dry-run --format markdown "--to=$version" -- "${files[@]}" || test $? -eq 1
done < <(printf '%s\n' "${!moved[@]}" | sort) >"$report"
