"""What a screen is made of, one file each: `kind`, `Options`, `touches`, `snapshot`."""

from web.subject import Widget

CONTRACT = Widget
