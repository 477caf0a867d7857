-- One row an address, so that no address can be given twice. Rows that have ended stay until the address is needed.
CREATE TABLE leases (
    -- The IPv4 address as a number, 10.0.0.1 being 167772161.
    address  INTEGER NOT NULL PRIMARY KEY CHECK (address BETWEEN 0 AND 4294967295),
    client   BLOB    NOT NULL CHECK (length(client) BETWEEN 1 AND 255),
    -- NULL where it is no Ethernet address.
    mac      BLOB    CHECK (length(mac) = 6),
    expires  INTEGER NOT NULL,
    -- Whether a client found the address in use.
    declined INTEGER NOT NULL CHECK (declined IN (0, 1))
) STRICT;
