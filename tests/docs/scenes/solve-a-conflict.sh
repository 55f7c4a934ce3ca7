spec-kitty implement WP01
spec-kitty implement WP02
printf 'purr\nmeow twice\nsleep\n' > .worktrees/001-cats-WP01/cats.txt
printf 'purr\nmeow loudly\nsleep\n' > .worktrees/001-cats-WP02/cats.txt
spec-kitty agent tasks move-task WP01 --to for_review
spec-kitty agent tasks move-task WP02 --to for_review
