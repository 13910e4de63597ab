//! Names of environment variables by which a program would be told what to run, what to load or whom to trust. A value that
//! came from a service is never put there.

/// Whole names, compared without regard to case.
const NAMES: &[&str] = &[
    "ALL_PROXY",
    "ANSIBLE_CONFIG",
    "AWS_CONFIG_FILE",
    "AWS_ENDPOINT_URL",
    "AWS_SHARED_CREDENTIALS_FILE",
    "BASHOPTS",
    "BASH_ENV",
    "BROWSER",
    "CARGO_HOME",
    "CC",
    "CDPATH",
    "CLASSPATH",
    "CMAKE_TOOLCHAIN_FILE",
    "COMSPEC",
    "CPATH",
    "CURL_CA_BUNDLE",
    "CURL_HOME",
    "CXX",
    "DOCKER_CONFIG",
    "DOCKER_HOST",
    "DOTNET_STARTUP_HOOKS",
    "EDITOR",
    "ENV",
    "ERL_LIBS",
    "EXINIT",
    "FPATH",
    "FTP_PROXY",
    "GCONV_PATH",
    "GEM_HOME",
    "GEM_PATH",
    "GITHUB_ENV",
    "GITHUB_OUTPUT",
    "GITHUB_PATH",
    "GLIBC_TUNABLES",
    "GLOBIGNORE",
    "GNUPGHOME",
    "GOFLAGS",
    "GOPROXY",
    "GRADLE_OPTS",
    "GUILE_LOAD_PATH",
    "HOME",
    "HOSTALIASES",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "IFS",
    "INPUTRC",
    "JAVA_OPTS",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "KUBECONFIG",
    "LESS",
    "LESSCLOSE",
    "LESSKEY",
    "LESSOPEN",
    "LIBRARY_PATH",
    "LOCPATH",
    "LUA_CPATH",
    "LUA_INIT",
    "LUA_PATH",
    "MAKEFILES",
    "MAKEFLAGS",
    "MANPAGER",
    "MAVEN_OPTS",
    "NLSPATH",
    "NODE_EXTRA_CA_CERTS",
    "NODE_OPTIONS",
    "NODE_PATH",
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "NO_PROXY",
    "OPENSSL_CONF",
    "OPENSSL_ENGINES",
    "OPENSSL_MODULES",
    "PAGER",
    "PATH",
    "PERL5DB",
    "PERL5LIB",
    "PERL5OPT",
    "PERLLIB",
    "PGSERVICEFILE",
    "PHPRC",
    "PHP_INI_SCAN_DIR",
    "PIP_CONFIG_FILE",
    "PIP_EXTRA_INDEX_URL",
    "PIP_INDEX_URL",
    "PROMPT_COMMAND",
    "PS1",
    "PS2",
    "PS4",
    "PYENV_ROOT",
    "REQUESTS_CA_BUNDLE",
    "RESOLV_HOST_CONF",
    "RES_OPTIONS",
    "RUBYLIB",
    "RUBYOPT",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
    "RUSTUP_HOME",
    "R_PROFILE",
    "SHELL",
    "SHELLOPTS",
    "SSH_ASKPASS",
    "SSH_AUTH_SOCK",
    "SSLKEYLOGFILE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "SUDO_ASKPASS",
    "TERMINFO",
    "TMPDIR",
    "VIMINIT",
    "VISUAL",
    "WGETRC",
    "ZDOTDIR",
    "_JAVA_OPTIONS",
];

/// Beginnings of names.
const PREFIXES: &[&str] =
    &["BASH_FUNC_", "DYLD_", "GIT_", "LD_", "MALLOC_", "NPM_CONFIG_", "ONRAMP_", "PYTHON", "XDG_"];

/// Whether something obeys a variable of this name.
pub(super) fn is_obeyed(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    NAMES.contains(&name.as_str()) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_command_programs_are_known_in_either_case() {
        for name in
            ["PATH", "LD_PRELOAD", "DYLD_INSERT_LIBRARIES", "IFS", "BASH_ENV", "ENV", "http_proxy", "GIT_SSH_COMMAND"]
        {
            assert!(is_obeyed(name), "{name}");
        }
        for name in ["MODELSLAB_API_KEY", "GITHUB_TOKEN", "API_PATH", "PASSWORD", "ENVIRONMENT", "LDAP_URL"] {
            assert!(!is_obeyed(name), "{name}");
        }
    }

    #[test]
    fn the_page_names_them_all() {
        let page = include_str!("../../docs/runs.md");
        for name in NAMES {
            assert!(page.contains(&format!("`{name}`")), "docs/runs.md does not name {name}");
        }
        for prefix in PREFIXES {
            assert!(page.contains(&format!("`{prefix}*`")), "docs/runs.md does not name {prefix}*");
        }
    }
}
