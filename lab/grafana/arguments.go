package main

import (
	"fmt"
	"strings"
)

// parseArguments takes Grafana's flags as `--config=x`, `-config x`, and returns the words between them.
func parseArguments(arguments []string) (flags map[string]string, words []string, err error) {
	flags = map[string]string{}
	for i := 0; i < len(arguments); i++ {
		argument := arguments[i]
		if !strings.HasPrefix(argument, "-") || argument == "-" {
			if name, value, found := strings.Cut(argument, "="); found && strings.HasPrefix(name, "cfg:") {
				flags[name] = value
				continue
			}
			words = append(words, argument)
			continue
		}
		name, value, found := strings.Cut(strings.TrimLeft(argument, "-"), "=")
		switch name {
		case "config", "homepath", "packaging", "configOverrides", "pidfile":
			if !found {
				if i+1 == len(arguments) {
					return nil, nil, fmt.Errorf("%s needs a value", argument)
				}
				i++
				value = arguments[i]
			}
			flags[name] = value
		case "password-from-stdin":
			words = append(words, argument)
		default:
			return nil, nil, fmt.Errorf("unknown flag %s; known are --config and --homepath", argument)
		}
	}
	return flags, words, nil
}
