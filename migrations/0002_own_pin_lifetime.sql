-- PINLifetime of a PIN policy that was granted to this user alone, in days; NULL where the global policy holds.
ALTER TABLE users ADD COLUMN pin_lifetime_days INTEGER;
