package plan

import (
	"context"

	"truce/pipeline/config"
	"truce/pipeline/engine"
	"truce/pipeline/rule"
)

// Reads gives the columns that each rule of the configuration reads, such as account.region, by the key
// of the rule. The rules must be in order.
func Reads(ctx context.Context, parser *rule.Parser, c *config.Config, landing []engine.Landing) (map[string][]string, error) {
	k := &classifier{config: c, parser: parser, fields: fieldsOf(landing), reads: map[string][]string{}}
	if _, err := k.opportunities(ctx); err != nil {
		return nil, err
	}
	if _, err := k.programs(ctx); err != nil {
		return nil, err
	}
	_, err := k.leads(ctx)
	return k.reads, err
}
