"""`bxbi verify`: endpoints of connectors on trial, as BI Builder would use them."""
