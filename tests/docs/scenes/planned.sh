# A project whose feature 001-cats has two work packages; the second waits for nothing either.
git init --quiet --initial-branch=main cats
cd cats
mkdir -p .kittify kitty-specs/001-cats/tasks
touch .kittify/config.toml
printf 'purr\nmeow\nsleep\n' > cats.txt
for number in 01 02; do
    cat > "kitty-specs/001-cats/tasks/WP$number-cat.md" <<END
---
work_package_id: WP$number
title: Cat $number
dependencies: []
---

Improve cats.txt.
END
done
git add --all
git commit --quiet --message "Plan the cats"
