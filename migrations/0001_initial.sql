-- Times are microseconds since 1970-01-01 UTC, flags are 0 or 1.

-- One row so far. Policies of a site or a user get a row each, and users a column that names theirs.
CREATE TABLE pin_policies (
    identity               TEXT    NOT NULL PRIMARY KEY,
    min_password_length    INTEGER NOT NULL,
    pin_history_count      INTEGER NOT NULL,
    allow_common_patterns  INTEGER NOT NULL CHECK (allow_common_patterns IN (0, 1)),
    pin_lifetime_days      INTEGER NOT NULL,
    maximum_logon_attempts INTEGER
) STRICT;

-- The defaults of Get-CsPinPolicy; a test holds them to PinPolicy::default().
INSERT INTO pin_policies VALUES ('Global', 5, 0, 0, 0, NULL);

CREATE TABLE users (
    id               INTEGER NOT NULL PRIMARY KEY,
    sip_uri          TEXT    NOT NULL UNIQUE,
    display_name     TEXT    NOT NULL,
    line_uri         TEXT,
    -- Both are read out of line_uri, for the index: the number without its plus, and the extension.
    line_digits      TEXT,
    line_extension   TEXT,
    enabled          INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    enterprise_voice INTEGER NOT NULL CHECK (enterprise_voice IN (0, 1))
) STRICT;

-- Not unique: users who share a number or an extension are a case that has to be reproducible.
CREATE INDEX users_by_line_digits ON users (line_digits);
CREATE INDEX users_by_line_extension ON users (line_extension);

CREATE TABLE pins (
    user_id INTEGER NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- argon2id as a PHC string, which carries its parameters and its salt.
    phc     TEXT    NOT NULL,
    -- In digits, because the lockout limits follow it. It tells a thief of the file how many PINs to try.
    length  INTEGER NOT NULL,
    set_at  INTEGER NOT NULL
) STRICT;

-- The last PINs of a user, the present one among them; the newest has the greatest id.
CREATE TABLE pin_history (
    id      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    phc     TEXT    NOT NULL
) STRICT;

CREATE INDEX pin_history_by_user ON pin_history (user_id, id);

-- No row means that nothing was ever counted.
CREATE TABLE lockouts (
    user_id          INTEGER NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    local_failures   INTEGER NOT NULL,
    window_started   INTEGER,
    locked_until     INTEGER,
    global_failures  INTEGER NOT NULL,
    locked_by_system INTEGER NOT NULL CHECK (locked_by_system IN (0, 1)),
    locked_by_admin  INTEGER NOT NULL CHECK (locked_by_admin IN (0, 1))
) STRICT;

CREATE TABLE certificates (
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Both limits are a second line of defence; what comes over the wire is measured there.
    device_id    TEXT    NOT NULL CHECK (length(device_id) <= 128),
    der          BLOB    NOT NULL CHECK (length(der) <= 65536),
    published_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    PRIMARY KEY (user_id, device_id)
) STRICT, WITHOUT ROWID;
