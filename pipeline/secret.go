package pipeline

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"truce/pipeline/config"
)

// personKey gives the secret with which e-mail addresses become keys; nil if none is configured. A
// secret that is configured and not there is a *config.Error.
func personKey(c *config.Config) ([]byte, error) {
	if c.PersonKey == "" {
		return nil, nil
	}
	refuse := func(message, hint string) error {
		return config.NewError(c.Problem("person_key", message, hint))
	}
	if name, ok := strings.CutPrefix(c.PersonKey, "env:"); ok {
		value := os.Getenv(name)
		if value == "" {
			return nil, refuse(fmt.Sprintf("the environment has no %s", name), "set it to a long random text, the same for every run")
		}
		return []byte(value), nil
	}
	path, ok := strings.CutPrefix(c.PersonKey, "file:")
	if !ok {
		return nil, refuse("it holds no secret itself", "write env:NAME or file:PATH")
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(c.Path), path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, refuse("the file of the secret cannot be read: "+err.Error(), "correct the path or the rights")
	}
	if text = bytes.TrimSpace(text); len(text) == 0 {
		return nil, refuse("the file of the secret is empty", "write a long random text into it")
	}
	return text, nil
}

// secretHash names a secret without telling it, so that a file is landed anew when the secret changed.
func secretHash(secret []byte) string {
	if secret == nil {
		return ""
	}
	sum := sha256.Sum256(append([]byte("truce person key "), secret...))
	return hex.EncodeToString(sum[:8])
}
