"""One Bitrix24 portal and its REST API."""
