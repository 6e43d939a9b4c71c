package propose

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCurrencyCode(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{"€": "EUR", "Euro": "EUR", "usd": "USD", "US$": "USD", "SEK": "SEK", "1.5": "", "money": "", "": "", "[ab": ""} {
		require.Equal(t, want, currencyCode(word), word)
	}
}
