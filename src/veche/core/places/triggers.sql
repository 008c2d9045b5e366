-- Moves on with every territory written: a process notices that its atlas is old.
CREATE SEQUENCE places_atlas_version;
