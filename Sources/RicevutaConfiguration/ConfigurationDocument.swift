/// What can be configured, for people and for editors; both made from the table of keys.
package enum ConfigurationDocument {}
