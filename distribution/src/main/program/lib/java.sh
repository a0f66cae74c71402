# Finds Java for the scripts that read this file with "."; POSIX sh.

# java_major HOME: the major version of the Java in a folder, 0 where there is none.
java_major() {
    major=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null) || major=
    if [ -n "$major" ] && [ -x "$1/bin/java" ]; then echo "$major"; else echo 0; fi
}

# java_on_path: the folder of the java in PATH, through its links.
java_on_path() {
    found=$(command -v java) || return 0
    found=$(readlink -f "$found") || return 0
    dirname "$(dirname "$found")"
}

# find_java: prints the folder of a Java 25 or later, or says on stderr how to get one and fails.
find_java() {
    for folder in "${POSTHOUSE_JAVA_HOME-}" "${JAVA_HOME-}" "$(java_on_path)" \
            /usr/lib/jvm/* /usr/local/lib/jvm/* /opt/* "${HOME-}"/.sdkman/candidates/java/* "${HOME-}"/.jdks/*; do
        if [ -n "$folder" ] && [ "$(java_major "$folder")" -ge 25 ]; then
            echo "$folder"
            return 0
        fi
    done
    if [ -n "${POSTHOUSE_JAVA_HOME-}" ]; then
        echo "posthouse: no Java 25 in POSTHOUSE_JAVA_HOME=$POSTHOUSE_JAVA_HOME nor in the usual folders; set it to the folder of a JDK 25" >&2
    else
        echo "posthouse: needs a JDK 25; install one (Debian package temurin-25-jdk of Adoptium, or sdk install java 25-tem), or set POSTHOUSE_JAVA_HOME to its folder" >&2
    fi
    return 1
}
