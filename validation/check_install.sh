#!/bin/sh
# Installs a built program into a directory of its own and uses it as its users do: the bundled run with this checkout
# hidden, the manual page, the completions in their shells. Usage: validation/check_install.sh PROGRAM
set -eu
program=$(realpath "$1")
cd "$(dirname "$0")/.."
checkout=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
validation/install.sh "$program" "$work/prefix"
PATH=$work/prefix/bin:$PATH
mkdir "$work/elsewhere"
cp -R Reports "$work/kept"
failed=0
fail() {
    echo "$*" >&2
    failed=1
}

# An empty file system over the checkout hides it, for this one command.
if unshare --mount --map-root-user true 2>/dev/null; then
    hide="mount -t tmpfs none '$checkout' && "
    enter="unshare --mount --map-root-user"
    place="with the checkout hidden"
else
    hide="" enter="" place="beside the checkout"
    echo "NOT RUN: the installed program with the checkout hidden, for no file system can be mounted here" >&2
fi
$enter sh -c "${hide}cd '$work/elsewhere' && exec mtcnn-validate --report out --quiet" || fail "the bundled run failed $place"
for report in fp32_vs_onnx.json fp16_vs_fp32.json cpp_vs_reference.json junit.xml summary.md; do
    cmp "$work/kept/$report" "$work/elsewhere/out/$report" || failed=1
done

page=$work/prefix/share/man/man1/mtcnn-validate.1
if command -v man >/dev/null; then
    MANWIDTH=80 man --local-file --warnings "$page" > "$work/page.txt" 2> "$work/warnings"
    [ ! -s "$work/warnings" ] || fail "man warns: $(cat "$work/warnings")"
    grep --quiet "compare" "$work/page.txt" || fail "the manual page does not name the commands"
else
    echo "NOT RUN: man, which is not installed" >&2
fi

# Each must complete `comp` to `compare`.
completed() { # SHELL, and what it offered
    case " $(echo "$2" | tr '\n\t' '  ') " in
    *" compare "*) echo "$1 completes comp to compare" ;;
    *) fail "$1 completes comp to: $2" ;;
    esac
}
if command -v bash >/dev/null; then
    # shellcheck disable=SC2016
    completed bash "$(bash -c 'source "$1"
        COMP_WORDS=(mtcnn-validate comp) COMP_CWORD=1 COMP_LINE="mtcnn-validate comp" COMP_POINT=19
        function=$(complete -p mtcnn-validate | sed "s/.* -F \([^ ]*\) .*/\1/")
        "$function" mtcnn-validate comp mtcnn-validate; echo "${COMPREPLY[@]}"' \
        bash "$work/prefix/share/bash-completion/completions/mtcnn-validate")"
else
    echo "NOT RUN: the completions of bash, which is not installed" >&2
fi
if command -v zsh >/dev/null; then
    # zsh completes at a terminal alone: one is made for it, and the line that it completes is read back.
    # shellcheck disable=SC2016
    completed zsh "$(zsh -fc 'zmodload zsh/zpty
        zpty -b shell zsh -f -i
        read_until() {
            answer=
            for attempt in {1..100}; do
                while zpty -r shell part; do answer+=$part; done
                [[ $answer == ${~1} ]] && return
                sleep 0.1
            done
        }
        zpty -w shell "PS1=; fpath=($1 \$fpath); autoload -U compinit; compinit -D -u; echo rea\dy"
        read_until "*ready*"
        zpty -w -n shell $'"'"'mtcnn-validate comp\t'"'"'
        read_until "*compare*"
        print -r -- "$answer"
        zpty -d shell' \
        zsh "$work/prefix/share/zsh/site-functions" | tr '\033\r\007' ' ')"
else
    echo "NOT RUN: the completions of zsh, which is not installed" >&2
fi
if command -v fish >/dev/null; then
    completed fish "$(HOME=$work XDG_DATA_DIRS=$work/prefix/share:/usr/share fish -c "complete -C 'mtcnn-validate comp'")"
else
    echo "NOT RUN: the completions of fish, which is not installed" >&2
fi
[ "$failed" -eq 0 ] && echo "the installed program, its manual page and its completions work $place"
