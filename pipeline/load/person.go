package load

import (
	"bytes"
	"encoding/hex"
)

// personField is the field of a person's e-mail address, which never lands as it is.
const personField = "person_key"

// personKey gives the key of a person: the first half of the HMAC-SHA256 of the e-mail address in
// lower case, as 32 hexadecimal digits. A text that is no address gives nil.
func (c *cells) personKey(text []byte) []byte {
	const length = 16
	if c.persons == nil || bytes.IndexByte(text, '@') < 0 {
		return nil
	}
	c.persons.Reset()
	c.persons.Write(compose(c.lower(text)))
	var sum [32]byte
	digest := c.persons.Sum(sum[:0])
	return c.arena.keep(hex.AppendEncode(c.arena.room(2*length), digest[:length]))
}
