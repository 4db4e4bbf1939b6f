package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

func TestConnectionsAreCheckedWithoutTheirValues(t *testing.T) {
	connection := func(fields map[string]property.Value) property.Value {
		fields["privateKey"] = property.New("very-secret")
		return property.New(property.NewMap(fields))
	}
	host := property.New("10.0.0.80")
	for want, given := range map[string]property.Value{
		"":                       connection(map[string]property.Value{"host": host, "port": property.New(22.0)}),
		"connection.host":        connection(map[string]property.Value{}),
		"connection.nonsense":    connection(map[string]property.Value{"host": host, "nonsense": property.New("very-secret")}),
		"connection.port":        connection(map[string]property.Value{"host": host, "port": property.New("very-secret")}),
		"connection.proxy.proxy": connection(map[string]property.Value{"host": host, "proxy": connection(map[string]property.Value{"host": host, "proxy": host})}),
		"connection":             property.New("very-secret"),
	} {
		found := fmt.Sprint(valueless(checkConnection("connection", given, true)))
		if want == "" && found != "[]" || want != "" && !strings.Contains(found, "`"+want+"`") || strings.Contains(found, "very-secret") {
			t.Errorf("want %s, found %s", want, found)
		}
	}
}

func TestAConnectionIsNeverPrinted(t *testing.T) {
	secret := "very-secret"
	given := Connection{endpoint: endpoint{Host: "10.0.0.80", PrivateKey: &secret, Password: &secret}}
	for _, form := range []string{"%v", "%+v", "%#v", "%s"} {
		if shown := fmt.Sprintf(form, given); shown != "root@10.0.0.80:22" {
			t.Errorf("%s shows %s", form, shown)
		}
	}
}

func TestAttempts(t *testing.T) {
	number := func(n float64) *float64 { return &n }
	for _, check := range []struct {
		limit *float64
		want  int
	}{{nil, 11}, {number(0), 1}, {number(3), 4}, {number(-1), 0}} {
		if got := (endpoint{DialErrorLimit: check.limit}).attempts(); got != check.want {
			t.Errorf("%v attempts instead of %v", got, check.want)
		}
	}
}
