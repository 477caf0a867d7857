-- Accounts of Active Directory: who can sign in with a Windows password, enabled for Lync or not.
CREATE TABLE accounts (
    -- Never used again: a connection that one account has authenticated is not that of a later one of its name.
    id                  INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    sam_account_name    TEXT    NOT NULL,
    user_principal_name TEXT    NOT NULL,
    -- Both names in one case, ASCII in lower case: they are the same in any.
    sam_key             TEXT    NOT NULL UNIQUE,
    upn_key             TEXT    NOT NULL UNIQUE,
    display_name        TEXT    NOT NULL,
    -- MD4 of the password, which is what NTLM is checked with. NULL where there is no password.
    nt_hash             BLOB    CHECK (length(nt_hash) = 16),
    state               TEXT    NOT NULL CHECK (state IN ('good', 'locked-out', 'disabled', 'password-expired'))
) STRICT;

-- Everybody who is there gets an account with the number of the user's row. A SamAccountName is the part of the address
-- before the @, without what Active Directory refuses; where two users have the same, the later ones get a # and a
-- number, which no address can hold.
INSERT INTO accounts
SELECT id,
       iif(nth = 1, name, name || '#' || nth),
       address,
       lower(iif(nth = 1, name, name || '#' || nth)),
       lower(address),
       display_name,
       NULL,
       'good'
FROM (
    SELECT id, address, display_name, name, row_number() OVER (PARTITION BY lower(name) ORDER BY id) AS nth
    FROM (
        SELECT id,
               substr(sip_uri, 5) AS address,
               display_name,
               replace(replace(replace(replace(replace(replace(replace(
                   substr(sip_uri, 5, instr(sip_uri, '@') - 5),
                   '*', '_'), '=', '_'), '+', '_'), ',', '_'), ';', '_'), '?', '_'), '/', '_') AS name
        FROM users
    )
);

-- Never NULL, which an added column cannot promise.
ALTER TABLE users ADD COLUMN account_id INTEGER REFERENCES accounts (id) ON DELETE CASCADE;
UPDATE users SET account_id = id;
CREATE UNIQUE INDEX users_by_account ON users (account_id);
-- The account has it.
ALTER TABLE users DROP COLUMN display_name;

-- Policies of a site and of those to whom they were granted, beside the global one.
CREATE TABLE named_policies (
    -- The global policy is number 1.
    id                     INTEGER NOT NULL PRIMARY KEY,
    identity               TEXT    NOT NULL,
    -- The identity in lower case.
    identity_key           TEXT    NOT NULL UNIQUE,
    scope                  TEXT    NOT NULL CHECK (scope IN ('global', 'site', 'tag')),
    description            TEXT,
    min_password_length    INTEGER NOT NULL,
    pin_history_count      INTEGER NOT NULL,
    allow_common_patterns  INTEGER NOT NULL CHECK (allow_common_patterns IN (0, 1)),
    pin_lifetime_days      INTEGER NOT NULL,
    maximum_logon_attempts INTEGER
) STRICT;
INSERT INTO named_policies
SELECT 1, identity, lower(identity), 'global', NULL, min_password_length, pin_history_count, allow_common_patterns,
       pin_lifetime_days, maximum_logon_attempts
FROM pin_policies WHERE identity = 'Global';
DROP TABLE pin_policies;
ALTER TABLE named_policies RENAME TO pin_policies;
-- The site that this pool is in; there is one, so there is one policy of a site.
CREATE UNIQUE INDEX pin_policy_of_site ON pin_policies (scope) WHERE scope = 'site';

-- NULL where none was granted: then that of the site holds, or else the global one.
ALTER TABLE users ADD COLUMN pin_policy_id INTEGER REFERENCES pin_policies (id) ON DELETE SET NULL;
CREATE INDEX users_by_pin_policy ON users (pin_policy_id);

-- What an administrator set while the pool ran, as JSON: it counts over the configuration.
CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL CHECK (length(value) <= 65536)
) STRICT, WITHOUT ROWID;
