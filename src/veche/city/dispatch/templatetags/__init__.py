"""Tags of this module's templates."""
